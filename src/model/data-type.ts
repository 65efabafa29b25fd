/** What the values of a declared attribute are (METADATA_ELEMENT.DATA_TYPE). */
export const dataTypes = ['STRING', 'INTEGER', 'DECIMAL', 'BOOLEAN', 'DATE', 'DATETIME'] as const
export type DataType = (typeof dataTypes)[number]

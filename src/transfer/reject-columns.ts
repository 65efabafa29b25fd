/** What a reject file adds to the rows of its source, and a reader of that file passes over. */

/** The columns of a rejected CSV row: where it stood and why it was refused. */
export const lineColumn = '_line'
export const reasonColumn = '_reason'
export const rejectColumns: readonly string[] = [lineColumn, reasonColumn]

/** The member of a rejected JSON document that says the same. */
export const rejectMember = '_reject'

/** The attribute of an LDIF entry in our exports that holds its whole document. */
export const documentAttribute = 'gatehouseDocument'

/** Tables in Markdown. */

/** A table; a `|` in a cell is escaped. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** A document: a title, the note that it is made, and its parts. */
export function page(title: string, source: string, ...parts: string[]): string {
  return [`# ${title}`, `<!-- Made by npm run docs from ${source}. Do not edit. -->`, ...parts].join('\n\n') + '\n'
}

export const code = (text: string): string => `\`${text}\``

/** Themes: files of CSS that an operator puts into a folder, of which a site (CONTENT_PROVIDER) chooses one by its name. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Database } from '../store/database.ts'
import { themeOfHost } from '../store/site-records.ts'

const isName = (text: string) => /^[A-Za-z0-9_-]{1,32}$/.test(text)
const mostBytes = 65_536

/** The text of a theme; undefined where there is none of this name. */
export async function readTheme({ THEMES_FOLDER: folder }: Pick<Config, 'THEMES_FOLDER'>, name: string): Promise<string | undefined> {
  if (folder === undefined || !isName(name)) return undefined
  const text = await readFile(join(folder, `${name}.css`), 'utf8').catch(() => undefined)
  return text !== undefined && text.length <= mostBytes ? text : undefined
}

/**
 * The name of the theme of a page: of the site whose application asks, else of the one that the host belongs to; the
 * first that is there. Without the database pages have none.
 */
export async function themeFor(config: Pick<Config, 'THEMES_FOLDER'>, db: Pick<Database, 'first'> | undefined, host: string, asked: () => Promise<string | undefined>): Promise<string | undefined> {
  if (config.THEMES_FOLDER === undefined || db === undefined) return undefined
  for (const look of [asked, () => themeOfHost(db, host)]) {
    const name = await look().catch(() => undefined)
    if (name !== undefined && (await readTheme(config, name)) !== undefined) return name
  }
  return undefined
}

/** The address people know this server by: of PUBLIC_URL, and never of what a request says in its Host header. */
import type { Config } from '../config.ts'

export const publicUrl = ({ PUBLIC_URL, PORT }: Pick<Config, 'PUBLIC_URL' | 'PORT'>): string => PUBLIC_URL ?? `http://localhost:${PORT}`

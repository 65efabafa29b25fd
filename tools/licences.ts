/** The licences of everything that is installed in production: permissive ones only. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './house-rules.ts'

const permissive = new Set([
  '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'PostgreSQL', 'Python-2.0', 'Unlicense',
])

/** True when a licence expression (SPDX) can be met with permissive licences alone. */
export function isPermissive(expression: string): boolean {
  const alternatives = expression.replaceAll(/[()]/g, ' ').split(/\s+OR\s+/)
  return alternatives.some((one) => one.split(/\s+AND\s+/).every((part) => permissive.has(part.trim())))
}

interface LockedPackage {
  dev?: boolean
  license?: string
}

/** Production packages whose licence is not permissive or not given. */
export function licenceFindings(): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> }
  return Object.entries(lock.packages).filter(([path, locked]) => path !== '' && locked.dev !== true).flatMap(([path, locked]) => {
    const licence = installedLicence(path) ?? locked.license
    return licence !== undefined && isPermissive(licence) ? [] : [`${path}: has the licence ${licence ?? 'nobody knows which'}; choose another package`]
  })
}

/** Packages for other platforms are not installed here: for those the lock file speaks. */
function installedLicence(path: string): string | undefined {
  const file = join(root, path, 'package.json')
  if (!existsSync(file)) return undefined
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: string | { type: string } }
  return typeof license === 'object' ? license.type : license
}

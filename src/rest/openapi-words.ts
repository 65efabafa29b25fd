/** Short forms for schemas written by hand. */
import type { Schema } from './openapi-attributes.ts'

export const text = (description: string, maxLength?: number): Schema =>
  ({ type: 'string', description, ...(maxLength === undefined ? {} : { maxLength }) })

export const integer = (description: string): Schema => ({ type: 'integer', description })

export const flag = (description: string): Schema => ({ type: 'boolean', description })

export const instant = (description: string): Schema => ({ type: 'string', format: 'date-time', description })

export const date = (description: string): Schema => ({ type: 'string', format: 'date', description })

export const list = (description: string, items: Schema): Schema => ({ type: 'array', description, items })

export const readOnly = (schema: Schema): Schema => ({ ...schema, readOnly: true })

export const object = (title: string, description: string, properties: Record<string, Schema>, required: readonly string[] = []): Schema =>
  ({ title, description, type: 'object', properties, ...(required.length > 0 ? { required } : {}) })

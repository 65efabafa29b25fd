import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api.ts'

export const me = queryOptions({ queryKey: ['me'], queryFn: api.me })

import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api.ts'

/** Not asked again while somebody may be typing: a newer record would take its place in the form. */
export const me = queryOptions({ queryKey: ['me'], queryFn: api.me, refetchOnWindowFocus: false, refetchOnReconnect: false })

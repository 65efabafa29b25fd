import { queryOptions } from '@tanstack/react-query'
import { api } from '../../api.ts'

export const questionsQuery = queryOptions({ queryKey: ['questions'], queryFn: api.questions })

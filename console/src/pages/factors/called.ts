import { factorKinds, type FactorKind } from '../../../../src/model/factor-kinds.ts'

/** What a factor is called: by its person, or else by its kind in their language. */
export const calledOf = ({ type, name }: { type: FactorKind; name: string }, kinds: Readonly<Record<FactorKind, string>>): string => (name === factorKinds[type].label ? kinds[type] : name)

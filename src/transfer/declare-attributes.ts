/** Custom attributes that a file brings and nobody has declared: the plan declares them first, as steps one can see. */
import { isObject, type Document } from '../model/attribute.ts'
import { elementsFor, type Element } from '../model/metadata.ts'
import type { Declaration } from './mapping.ts'
import type { NewStep, Planning } from './planning.ts'
import { resources, type ResourceName } from './importable.ts'

interface Drafted {
  kind: ResourceName
  document: Document
}

/** Steps that declare what is missing for these records; the planning knows the attributes from then on. */
export function declareAttributes(planning: Planning, drafts: readonly Drafted[]): NewStep[] {
  const missing = new Map<string, Element>()
  const words = new Map<string, Declaration>()
  for (const { kind, document } of drafts) {
    if ((kind !== 'User' && kind !== 'Organization') || !isObject(document.attributes)) continue
    const custom = resources[kind].custom!
    const known = elementsFor(planning.metadata, custom, document.typeId, document.subTypeId)
    for (const [name, value] of Object.entries(document.attributes)) {
      if (value === null || known.has(name) || !/^[A-Za-z][\w$:.-]{0,99}$/.test(name)) continue
      // SCIM does not count case, so no second name may differ in that alone: the row is refused, and told how it is written.
      if (isSpelledOtherwise(planning, custom.everyType, name, [...missing.values()])) continue
      const mark = `${kind} ${name}`
      const said = planning.declare?.[kind]?.[name]
      // Whether 5 is one of many numbers or a number among texts, one row does not say: whoever administers does.
      if (!said?.dataType && [value].flat().some((one) => typeof one !== 'string')) continue
      const element = missing.get(mark) ?? newElement(planning.ctx.newId(), name, custom.everyType, said)
      words.set(element.id, said ?? {})
      const multiValued = said?.multiValued ?? (element.multiValued || Array.isArray(value))
      missing.set(mark, { ...element, multiValued })
    }
  }
  const elements = [...missing.values()]
  planning.metadata = { ...planning.metadata, elements: [...planning.metadata.elements, ...elements] }
  return elements.map((element) => ({
    action: 'create', resource: 'MetadataElement', targetId: element.id, label: element.name,
    changes: { document: { ...words.get(element.id), id: element.id, name: element.name, typeId: element.typeId, multiValued: element.multiValued } },
  }))
}

function isSpelledOtherwise({ metadata: { types, elements } }: Planning, everyType: string, name: string, missing: readonly Element[]): boolean {
  const sort = types.get(everyType)?.grouping
  return [...elements, ...missing].some((one) => one.name !== name && one.name.toLowerCase() === name.toLowerCase() && types.get(one.typeId)?.grouping === sort)
}

function newElement(id: string, name: string, typeId: string, said: Declaration = {}): Element {
  const { dataType = 'STRING', multiValued = false, selfEditable = false, sensitive = false } = said
  return { id, name, typeId, dataType, required: false, multiValued, selfEditable, sensitive, validator: null, validValues: [], defaultValue: null, maxLength: null }
}

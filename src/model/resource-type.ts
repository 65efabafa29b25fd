/** RESOURCE_TYPE as a document: a type of resource, and what may be done with resources of it. */
import { flag, identifier, text, type Collection } from './attribute.ts'

export const resourceType: Collection = {
  path: 'resourceType',
  segment: '',
  label: 'resource type',
  table: 'resource_type',
  idColumn: 'resource_type_id',
  parentColumn: '',
  returned: 'default',
  onePrimary: false,
  limit: 0,
  doc: 'A type of resource: `resourceType` of each resource names one.',
  attributes: [
    identifier('id', 'resource_type_id', 'Id', 'A word that names the sort, such as WEBSERVICE.', { required: true, mutability: 'immutable', returned: 'always', sortable: true, form: 'word' }),
    text('description', 'description', 255, 'Description', 'What is meant by it.'),
    flag('supportsHierarchy', 'supports_hierarchy', 'Hierarchy', 'True when resources of this type may stand below others.', { default: true }),
    flag('provisionResource', 'provision_resource', 'Accounts', 'True when to have one means to have an account somewhere.', { default: false }),
    flag('searchable', 'searchable', 'Searchable', 'Whether a catalogue shows them in searches; kept for such a one, lists here show all.', { default: true }),
    text('processName', 'process_name', 80, 'Process', 'The process that grants it, kept for whoever runs one.', { caseExact: true }),
    text('url', 'url', 255, 'Address', 'Where they are found.', { caseExact: true, form: 'address' }),
    text('imageType', 'image_type', 50, 'Picture', 'The picture that is shown for them.', { caseExact: true }),
  ],
}

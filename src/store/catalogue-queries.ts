/**
 * A query a kind of schema item: `name` and `sql` of each, from the catalogue. $1 is the list of our schemas.
 * `pg_depend` with deptype `e` marks what belongs to an extension. Not-null constraints are printed with their columns
 * (PostgreSQL 18 lists them as constraints too), indexes of constraints with these.
 */

/** In the order in which items can be made. */
export const itemKinds = [
  'schema', 'extension', 'sequence', 'function', 'table', 'index', 'foreign key', 'trigger', 'view', 'comment',
] as const

export type ItemKind = (typeof itemKinds)[number]

const ofExtension = (oid: string) => `exists (select from pg_depend d where d.objid = ${oid} and d.deptype = 'e')`

const columnLine = `
  format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> t.typcollation then format(' collate %I', co.collname) end,
    case when a.attidentity <> '' then
           format(' generated %s as identity', case a.attidentity when 'a' then 'always' else 'by default' end)
         when a.attgenerated <> '' then format(' generated always as (%s) stored', pg_get_expr(ad.adbin, ad.adrelid))
         when ad.adbin is not null then format(' default %s', pg_get_expr(ad.adbin, ad.adrelid)) end,
    case when a.attnotnull then ' not null' end)`

const columnLines = `
  select string_agg(${columnLine}, e',\\n' order by a.attnum)
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_collation co on co.oid = a.attcollation
    left join pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`

const constraintLines = `
  select string_agg(format(e',\\n  constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), ''
           order by k.contype desc, k.conname collate "C")
    from pg_constraint k
   where k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'x')`

const tableName = `format('%I.%I', n.nspname, c.relname)`

const relations = (kinds: string) => `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any($1) and c.relkind in (${kinds}) and not c.relispartition and not ${ofExtension('c.oid')}`

const ofTable = (join: string) => `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace ${join}
 where n.nspname = any($1) and not c.relispartition and not ${ofExtension('c.oid')}`

export const catalogueQueries: Record<ItemKind, string> = {
  schema: `
    select format('%I', nspname) as name, format('create schema if not exists %I;', nspname) as sql
      from pg_namespace where nspname = any($1)`,
  extension: `
    select format('%I', e.extname) as name,
           format('create extension if not exists %I with schema %I;', e.extname, n.nspname) as sql
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace where n.nspname = any($1)`,
  // Those of identity columns come with their columns.
  sequence: `
    select ${tableName} as name, format('create sequence %I.%I;', n.nspname, c.relname) as sql ${relations(`'S'`)}
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')`,
  function: `
    select format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as name,
           rtrim(pg_get_functiondef(p.oid), e'\\n') || ';' as sql
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = any($1) and p.prokind in ('f', 'p') and not ${ofExtension('p.oid')}`,
  table: `
    select ${tableName} as name,
           format(e'create table %I.%I (\\n%s%s\\n)%s;', n.nspname, c.relname, (${columnLines}), (${constraintLines}),
             case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) end) as sql
    ${relations(`'r', 'p'`)}`,
  index: `
    select format('%I.%I', n.nspname, i.relname) as name, pg_get_indexdef(i.oid) || ';' as sql
    ${ofTable('join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid')}
       and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))`,
  'foreign key': `
    select format('%I.%I.%I', n.nspname, c.relname, k.conname) as name,
           format('alter table %I.%I add constraint %I %s;', n.nspname, c.relname, k.conname,
             regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')) as sql
    ${ofTable('join pg_constraint k on k.conrelid = c.oid')} and k.contype = 'f' and k.conparentid = 0`,
  trigger: `
    select format('%I.%I.%I', n.nspname, c.relname, t.tgname) as name, pg_get_triggerdef(t.oid) || ';' as sql
    ${ofTable('join pg_trigger t on t.tgrelid = c.oid')} and not t.tgisinternal and t.tgparentid = 0`,
  view: `
    select ${tableName} as name,
           format(e'create %sview %I.%I as\\n%s', case when c.relkind = 'm' then 'materialized ' end,
             n.nspname, c.relname, pg_get_viewdef(c.oid)) as sql ${relations(`'v', 'm'`)}`,
  comment: `
    select ${tableName} as name,
           string_agg(format('comment on %s is %L;',
             case when d.objsubid = 0 then 'table ' || ${tableName}
                  else format('column %s.%I', ${tableName}, a.attname) end, d.description),
             e'\\n' order by d.objsubid) as sql
      from pg_description d
      join pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::regclass
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid
     where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition and not ${ofExtension('c.oid')}
     group by n.nspname, c.relname`,
}

-- A type-ahead looks words up by how they begin. Trigrams find them too, but the longer their lists grow the more they cost; an index
-- of the words themselves costs what is found (src/store/found-page.ts). The lexemes are the words of search_text as they stand.
create index users_search_words on public.users
  using gin (array_to_tsvector(array_remove(string_to_array(search_text, ' '), ''))) with (fastupdate = off);

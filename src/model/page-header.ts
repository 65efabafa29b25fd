/** The header by which a page says whose it is, by their id: it stays open while somebody else signs in next to it. */
export const pageHeader = 'gatehouse-user'

// What finds a person goes; a publisher's own key stays, so that the person's records stay together.
UNWIND $numbers AS number
MATCH (p:Party {number: number}) REMOVE p.name, p.form, p.ident

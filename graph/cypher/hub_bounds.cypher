// Numbers by which the relations from a hub are read a page at a time: the last one of each page.
MATCH (:Party {number: $number})-[r]->() WHERE r.from_gen <= $known
WITH r.id AS id ORDER BY id
WITH collect(id) AS ids
RETURN [at IN range($size - 1, size(ids) - 1, $size) | ids[at]] + ids[-1..]

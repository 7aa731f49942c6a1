import { Router } from 'express';
import { parseEntry } from '../services/entry.js';

/** GET /api/entries lists the entries, POST /api/entries adds one. */
export function api(guestBook) {
  const router = Router();

  router.get('/entries', (request, response) => {
    response.json(guestBook.list());
  });

  router.post('/entries', (request, response) => {
    response.status(201).json(guestBook.sign(parseEntry(request.body)));
  });

  return router;
}

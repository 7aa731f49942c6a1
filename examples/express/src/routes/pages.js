import { Router } from 'express';
import { parseEntry } from '../services/entry.js';
import { home } from '../views/home.js';

/** Serves the page with the guest book and its form. */
export function pages(guestBook) {
  const router = Router();

  router.get('/', (request, response) => {
    response.send(home(guestBook.list()));
  });

  router.post('/', (request, response) => {
    guestBook.sign(parseEntry(request.body));
    response.redirect(303, '/');
  });

  return router;
}

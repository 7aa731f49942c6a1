import express from 'express';
import { api } from './routes/api.js';
import { notFound, serverError } from './routes/errors.js';
import { pages } from './routes/pages.js';
import { createGuestBook } from './services/guest-book.js';

export function createServer() {
  const guestBook = createGuestBook();
  const app = express();
  app.disable('x-powered-by');
  app.use(express.urlencoded({ extended: false }));
  app.use(express.json());
  app.use('/api', api(guestBook));
  app.use(pages(guestBook));
  app.use(notFound);
  app.use(serverError);
  return app;
}

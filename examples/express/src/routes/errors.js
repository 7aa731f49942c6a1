export function notFound(request, response) {
  response.status(404).type('text').send(`Nothing at ${request.path}\n`);
}

// Express recognizes an error handler by its four parameters.
export function serverError(error, request, response, _next) {
  const status = error.status ?? 500;
  if (status === 500) console.error(error);
  response
    .status(status)
    .type('text')
    .send(`${status === 500 ? 'Something went wrong' : error.message}\n`);
}

import 'reflect-metadata';
import { openApi, routesOf } from '#platform/http';
import { contexts } from '../composition/contexts.js';
import { described } from '../composition/described.js';

/**
 * `npm run -s openapi`: prints the API's description without starting anything. Signed in to is whatever issuer an installation has; its
 * own description, at `/api/v1/openapi.json`, names it.
 */
const routes = contexts.flatMap(({ controllers }) => controllers.flatMap((controller) => routesOf(controller.prototype as object)));
process.stdout.write(`${JSON.stringify(openApi(routes, described(contexts, process.argv[2] ?? 'https://issuer.example')), null, 2)}\n`);

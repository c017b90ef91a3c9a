import { createRequire } from 'node:module';
import express, { Router } from 'express';
import { endpoint } from '../http/endpoint.ts';
import { ProblemError } from '../http/problem-error.ts';
import { problemType } from '../http/problem-response.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { openApiDocument } from './openapi.ts';

const require = createRequire(import.meta.url);
const swaggerFolder = require('swagger-ui-dist/absolute-path.js')() as string;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>order-service API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true });
`;

// The viewer draws with inline styles and data images; scripts come from here only.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const isProblem = (code: string): code is ProblemCode => Object.hasOwn(problems, code);

const described = (code: ProblemCode) => ({ type: problemType(code), code, ...problems[code] });

/** What the API can do: `/openapi.json`, `/docs` (nothing is fetched from elsewhere), and `/problems/{code}`. */
export const docsRoutes = (): Router => {
  const router = Router();
  let document: object | undefined;

  endpoint(router, '/', [], {
    get: (_req, res) => {
      res.json({
        service: 'order-service',
        links: {
          docs: '/docs',
          openapi: '/openapi.json',
          problems: '/problems',
          health: '/health/ready',
        },
      });
    },
  });
  endpoint(router, '/openapi.json', [], {
    get: (_req, res) => {
      document ??= openApiDocument();
      res.set('Cache-Control', 'max-age=60').json(document);
    },
  });
  endpoint(router, '/problems', [], {
    get: (_req, res) => {
      res.json((Object.keys(problems) as ProblemCode[]).map(described));
    },
  });
  endpoint(router, '/problems/:code', [], {
    get: (req, res) => {
      const code = String(req.params.code);
      if (!isProblem(code)) throw new ProblemError('NOT_FOUND');
      res.json(described(code));
    },
  });
  endpoint(router, '/docs', [], {
    get: (_req, res) => {
      res.set('Content-Security-Policy', POLICY).type('html').send(PAGE);
    },
  });
  endpoint(router, '/docs/start.js', [], {
    get: (_req, res) => {
      res.type('text/javascript').send(START);
    },
  });
  router.use('/docs', express.static(swaggerFolder, { index: false, maxAge: '1h' }));
  return router;
};

import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers for answers that hold personal data and are no pages (OWASP REST security). HSTS is for whoever ends TLS.
 */
export const securityHeaders = (): RequestHandler[] => [
  helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Pages that open the payment provider's window must not lose their opener.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
  }),
  (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  },
];

const EXPOSED = [
  'ETag',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Consistency-Token',
  'X-Request-Id',
].join(', ');

/** Lets browsers of the listed origins call; any other origin's pages get no permission. */
export const allowOrigins =
  (origins: readonly string[]): RequestHandler =>
  (req, res, next) => {
    const origin = req.get('origin');
    if (origins.length > 0) res.vary('Origin');
    if (origin === undefined || !origins.includes(origin)) return next();
    res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED });
    const preflight =
      req.method === 'OPTIONS' && req.get('access-control-request-method') !== undefined;
    if (!preflight) return next();
    res
      .set({
        'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE',
        'Access-Control-Allow-Headers':
          'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Consistency-Token, X-Request-Id',
        'Access-Control-Max-Age': '600',
      })
      .status(204)
      .end();
  };

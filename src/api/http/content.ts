import express, { type RequestHandler } from 'express';
import { ProblemError } from './problem-error.ts';

const WRITES = new Set(['POST', 'PUT', 'PATCH']);

/** A body that is there must say that it is JSON; a missing body is the schema's business. */
const jsonOnly: RequestHandler = (req, _res, next) => {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0;
  if (WRITES.has(req.method) && hasBody && !req.is(['application/json', 'application/*+json']))
    throw new ProblemError('UNSUPPORTED_MEDIA_TYPE', {
      headers: { 'Accept-Post': 'application/json' },
    });
  next();
};

/** Parses JSON bodies. `strict` refuses bare texts and numbers, so that a body is an object or an array. */
export const jsonBody = (limitBytes: number): RequestHandler[] => [
  jsonOnly,
  express.json({
    limit: limitBytes,
    strict: true,
    type: ['application/json', 'application/*+json'],
  }),
];

/** Refuses a client that takes nothing of what a route produces. */
export const produces =
  (...types: readonly string[]): RequestHandler =>
  (req, _res, next) => {
    if (!req.accepts([...types]))
      throw new ProblemError('NOT_ACCEPTABLE', { members: { available: types } });
    next();
  };

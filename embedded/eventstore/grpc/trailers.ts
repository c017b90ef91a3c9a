import type { OutgoingHttpHeaders } from 'node:http2';
import type { GrpcError } from './status.ts';

/**
 * Percent-encodes what a header may not hold, as the gRPC specification asks for `grpc-message`:
 * everything but printable ASCII, and the percent sign itself.
 */
const encodeMessage = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^\x20-\x24\x26-\x7e]/g, percentEncode);

/** As `encodeMessage`, leaving `%` alone: readers of a trailer do not decode it. */
const encodeTrailer = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, percentEncode);

const percentEncode = (byte: string): string =>
  `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Longest value of one trailer; the rest is cut so that the header block stays within its limit. */
const MAX_TRAILER_BYTES = 8192;

/** The trailers that end a call with this error. */
export function trailersOf(error: GrpcError): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'grpc-status': String(error.code) };
  if (error.message !== '')
    headers['grpc-message'] = encodeMessage(error.message).slice(0, MAX_TRAILER_BYTES);
  for (const [name, value] of Object.entries(error.trailers))
    if (value !== '') headers[name] = encodeTrailer(value).slice(0, MAX_TRAILER_BYTES);
  return headers;
}

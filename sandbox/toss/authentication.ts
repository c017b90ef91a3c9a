/** A UTF-8 byte order mark in front of the credentials, which the provider refuses. */
const ENCODED_BYTE_ORDER_MARK = '77u/';

/**
 * Checks `Authorization: Basic base64(secretKey + ":")`.
 * Gives the error code of the refusal, or undefined when the caller may go on.
 */
export function authenticationError(
  authorization: string | undefined,
  secretKey: string,
): string | undefined {
  if (authorization === undefined) return 'UNAUTHORIZED_KEY';
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  if (encoded === undefined || encoded.startsWith(ENCODED_BYTE_ORDER_MARK))
    return 'INCORRECT_BASIC_AUTH_FORMAT';
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  if (!credentials.endsWith(':')) return 'INCORRECT_BASIC_AUTH_FORMAT';
  const key = credentials.slice(0, -1);
  if (key === secretKey) return undefined;
  return /^(test|live)_g?ck_/.test(key) ? 'INVALID_API_KEY' : 'UNAUTHORIZED_KEY';
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { tokenVerifier } from './authentication.ts';

const now = new Date('2026-03-01T00:00:00.000Z');
const clock = { now: () => now };
const seconds = Math.floor(now.getTime() / 1000);
const claims = { role: 'ROLE_USER', iss: 'shop', aud: 'orders', sub: 'm-1', exp: seconds + 60 };
const rules = { issuer: 'shop', audience: 'orders' };

let closeServer: (() => void) | undefined;
afterEach(() => closeServer?.());

const keySetServer = async (answer: () => { status: number; body: unknown }): Promise<string> => {
  const server = createServer((_req, res) => {
    const { status, body } = answer();
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeServer = () => server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
};

describe('with a published key set', () => {
  const signed = (key: Parameters<SignJWT['sign']>[0], payload: JWTPayload = claims) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(key);

  test('a token signed with one of its keys is accepted', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }];
    const url = await keySetServer(() => ({ status: 200, body: { keys } }));
    const verify = tokenVerifier({ ...rules, key: { kind: 'jwks', url } }, clock);
    await expect(verify(await signed(privateKey))).resolves.toEqual({
      subject: 'm-1',
      role: 'ROLE_USER',
      expiresAt: (seconds + 60) * 1000,
    });
  });

  test('a token signed with its public key as if that were a secret is refused', async () => {
    const { publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const url = await keySetServer(() => ({
      status: 200,
      body: { keys: [{ ...jwk, kid: 'k1' }] },
    }));
    const verify = tokenVerifier({ ...rules, key: { kind: 'jwks', url } }, clock);
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    await expect(verify(forged)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  });

  test.each([
    ['answers an error', 500],
    ['is not there', 0],
  ])('that %s nobody is told that his token is bad', async (_what, status) => {
    const { privateKey } = await generateKeyPair('ES256');
    const url =
      status === 0 ? 'http://127.0.0.1:1/keys' : await keySetServer(() => ({ status, body: {} }));
    const verify = tokenVerifier({ ...rules, key: { kind: 'jwks', url } }, clock);
    await expect(verify(await signed(privateKey))).rejects.toMatchObject({
      code: 'IDENTITY_UNAVAILABLE',
    });
  });
});

describe('with a secret', () => {
  const secret = 'a-secret-of-at-least-thirty-two-bytes';
  const verify = tokenVerifier({ ...rules, key: { kind: 'secret', secret } }, clock);
  const signed = (changes: JWTPayload) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));

  test('a token that was accepted before is not accepted for longer than it lives', async () => {
    let at = now;
    const later = tokenVerifier({ ...rules, key: { kind: 'secret', secret } }, { now: () => at });
    const token = await signed({});
    await expect(later(token)).resolves.toMatchObject({ subject: 'm-1' });
    at = new Date(now.getTime() + 59_000);
    await expect(later(token)).resolves.toMatchObject({ subject: 'm-1' });
    at = new Date(now.getTime() + 120_000);
    await expect(later(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  test.each([
    ['a subject that could be a path', { sub: '../1' }],
    ['no subject', { sub: undefined }],
    ['no expiry', { exp: undefined }],
    ['an unknown role', { role: 'ROOT' }],
  ])('%s is refused', async (_what, changes) => {
    await expect(verify(await signed(changes as JWTPayload))).rejects.toMatchObject({
      code: 'INVALID_TOKEN',
    });
  });

  test('a token without a role is a member’s', async () => {
    await expect(verify(await signed({ role: undefined }))).resolves.toMatchObject({
      role: 'ROLE_USER',
    });
  });
});

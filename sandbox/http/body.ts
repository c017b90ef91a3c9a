import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 1 << 20;

/** A body that is not taken: too large, or not JSON. */
export class BodyRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reads a JSON body of at most 1 MiB; an empty one is undefined. Throws {@link BodyRefused}. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readAll(request);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new BodyRefused(400, 'MALFORMED_JSON', 'the body is not JSON');
  }
}

function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size > MAX_BODY_BYTES)
        reject(
          new BodyRefused(413, 'BODY_TOO_LARGE', `the body has more than ${MAX_BODY_BYTES} bytes`),
        );
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

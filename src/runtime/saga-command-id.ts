import { v5 } from 'uuid';

/** Any fixed UUID: keeps the ids made here apart from those made of other names. */
const NAMESPACE = 'c9f0a7b2-2f0e-4a53-9e0e-6a8f4f5b7d11';

/**
 * The id of what a saga does: it names the occasion and the content. A repeat is recognised as the same append; two
 * drivers that come to different conclusions on one occasion are told apart, and one of them meets a conflict.
 * @param occasion e.g. the saga and the revision that it was at
 * @param content what is written or commanded
 * @returns a UUID
 */
export const commandIdOf = (occasion: string, content: unknown): string =>
  v5(`${occasion}/${JSON.stringify(content)}`, NAMESPACE);

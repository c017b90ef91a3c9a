/** A top-level member of a JSON object, as it is written: numbers keep all their digits. */
export interface JsonMember {
  readonly name: string;
  /** The value's text without the whitespace between its tokens. */
  readonly value: string;
}

/**
 * The members of a JSON object in order, repeated names included; undefined when the text is no JSON
 * or no object. `JSON.parse` alone will not do: 9223372036854775807, the mark of a deleted stream,
 * does not survive it.
 */
export function jsonMembers(text: string): readonly JsonMember[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  } catch {
    return undefined;
  }
  return splitMembers(tokensOf(text));
}

/** Writes members as a compact JSON object. */
export const jsonObject = (members: readonly JsonMember[]): string =>
  `{${members.map(({ name, value }) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

/** Tokens of a text that is known to be well-formed JSON. */
const tokensOf = (text: string): readonly string[] =>
  text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];

function splitMembers(tokens: readonly string[]): readonly JsonMember[] {
  const members: JsonMember[] = [];
  let depth = 0;
  let name: string | undefined;
  let value = '';
  for (const token of tokens.slice(1, -1)) {
    if (depth === 0 && name === undefined) name = JSON.parse(token) as string;
    else if (depth === 0 && token === ':' && value === '') continue;
    else if (depth === 0 && token === ',') {
      members.push({ name: name ?? '', value });
      name = undefined;
      value = '';
    } else {
      value += token;
      if (token === '{' || token === '[') depth++;
      if (token === '}' || token === ']') depth--;
    }
  }
  if (name !== undefined) members.push({ name, value });
  return members;
}

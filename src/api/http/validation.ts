import type { z } from 'zod';
import { type Fault, ProblemError } from './problem-error.ts';

type Place = 'body' | 'query' | 'path' | 'header';

/** RFC 6901, section 3: `~` and `/` inside a name are escaped. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;

const placed = (place: Place, path: readonly PropertyKey[]): Partial<Fault> => {
  switch (place) {
    case 'body':
      return { pointer: pointerOf(path) };
    case 'query':
    case 'path':
      return { parameter: path.map(String).join('.') };
    case 'header':
      return { header: path.map(String).join('.') };
  }
};

const faultsOf = (place: Place, issue: z.core.$ZodIssue): Fault[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({
        ...placed(place, [...issue.path, key]),
        code: 'UNKNOWN_FIELD',
        detail: 'is not known here',
      }))
    : [
        {
          ...placed(place, issue.path),
          code: issue.code.toUpperCase(),
          detail: issue.message.replace(/^Invalid input: /, ''),
        },
      ];

/** A number that is no quantity (0, -1, 1.5, 10^9); a text or a missing quantity is a matter of form instead. */
const isQuantity = (issue: z.core.$ZodIssue): boolean =>
  issue.path.at(-1) === 'quantity' &&
  (issue.code === 'too_small' ||
    issue.code === 'too_big' ||
    (issue.code === 'invalid_type' && issue.expected === 'int'));

const codeOf = (issues: readonly z.core.$ZodIssue[]) => {
  if (issues.every(({ code }) => code === 'unrecognized_keys')) return 'UNKNOWN_FIELD';
  return issues.every(isQuantity) ? 'QUANTITY_OUT_OF_RANGE' : 'VALIDATION_FAILED';
};

/**
 * Parses a part of the request.
 * @throws ProblemError that names every place at fault, never the value found there
 */
export const parse = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: Place,
): z.output<Schema> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new ProblemError(codeOf(issues), {
    detail: `${issues.length} fault(s) in the ${place}`,
    members: { errors: issues.flatMap((issue) => faultsOf(place, issue)) },
  });
};

import type { IncomingHttpHeaders } from 'node:http';
import type { Store } from '../store/store.ts';
import type { Reply } from './reply.ts';
import type { ServiceName } from './services.ts';

/** One request, parsed. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What answers a request, and how faults and the ledger know it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path with `:name` for parameters, for example `/product/internal/variants/:variantId`. */
  readonly path: string;
  /** Absent for the sandbox's own controls, which faults never touch. */
  readonly service?: ServiceName;
  /** The name by which faults and the ledger know the call. */
  readonly operation: string;
  /** The order that the call is about, if it says so. */
  readonly orderNo?: (call: Call, store: Store) => string | undefined;
  readonly handle: (call: Call, store: Store) => Reply | Promise<Reply>;
}

type Matched =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Record<string, string> }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'not-found' };

/** Finds the route of a method and path. Literal segments win over parameters in the order of the list. */
export function createMatcher(routes: readonly Route[]) {
  const prepared = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (method: string, path: string): Matched => {
    const segments = path.split('/');
    const allow: string[] = [];
    for (const candidate of prepared) {
      const params = paramsOf(candidate.segments, segments);
      if (!params) continue;
      if (candidate.route.method === method)
        return { kind: 'found', route: candidate.route, params };
      allow.push(candidate.route.method);
    }
    return allow.length > 0 ? { kind: 'wrong-method', allow } : { kind: 'not-found' };
  };
}

function paramsOf(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? '';
    if (expected.startsWith(':')) {
      const value = decoded(actual);
      if (!value) return undefined;
      params[expected.slice(1)] = value;
    } else if (expected !== actual) return undefined;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

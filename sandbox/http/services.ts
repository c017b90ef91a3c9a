/** The services that the sandbox stands in for; also the targets of faults. */
export const SERVICES = ['product', 'coupon', 'member', 'toss'] as const;
export type ServiceName = (typeof SERVICES)[number];

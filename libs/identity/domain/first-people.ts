import { z } from 'zod';

const unlike = (list: readonly { subject: string }[]): boolean => new Set(list.map(({ subject }) => subject)).size === list.length;
const organisation = z.strictObject({ name: z.string().min(2).max(200), creditCode: z.string().length(18) });
const person = z.strictObject({ name: z.string().min(1).max(100), subject: z.string().min(1).max(200) });
const administrators = ['platform-operator', 'security-admin', 'audit-admin'] as const;

/** The file of a bootstrap: the three separated administrators by their identities at the issuer, and the first authority if there is one yet. */
export const firstPeople = z
  .strictObject({
    organisation,
    administrators: z
      .array(person.extend({ role: z.enum(administrators) }))
      .refine((list) => administrators.every((role) => list.filter((one) => one.role === role).length === 1), {
        message: 'one platform-operator, one security-admin and one audit-admin',
      }),
    authority: organisation.extend({ region: z.string().max(40).optional(), people: z.array(person).length(2) }).optional(),
  })
  .refine(({ administrators: three, authority }) => unlike([...three, ...(authority?.people ?? [])]), {
    message: 'each is another person',
  });
export type FirstPeople = z.infer<typeof firstPeople>;

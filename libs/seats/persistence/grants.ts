import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const seatsGrants = {
  tables: {
    'seats.seats': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'seats.workspaces': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'seats.revocations': { api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'] },
    'seats.lapse_notices': { api: ['select', 'insert'], worker: ['select', 'insert'] },
    'seats.seat_days': { api: ['select', 'insert'], worker: ['select', 'insert'] },
    'seats.v_seats': { api: ['select'] },
  },
} satisfies Grants;

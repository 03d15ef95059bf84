import type { Adapter, AdapterPayload } from 'oidc-provider';
import type pg from 'pg';

/** Makes the issuer's one table, in a schema of its own beside the product's. */
export const prepareIssuerStore = (pool: pg.Pool): Promise<unknown> =>
  pool.query(`CREATE SCHEMA IF NOT EXISTS issuer;
    CREATE TABLE IF NOT EXISTS issuer.payloads (
      model text, id text, payload jsonb NOT NULL, grant_id text, user_code text, uid text, expires_at timestamptz, PRIMARY KEY (model, id))`);

/** Keeps the issuer's sessions, grants and codes in PostgreSQL, so that a second start finds who is signed in. */
export const adapterOn = (pool: pg.Pool) =>
  class implements Adapter {
    constructor(private readonly model: string) {}

    async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
      await pool.query(
        `INSERT INTO issuer.payloads (model, id, payload, grant_id, user_code, uid, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
         ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, user_code = excluded.user_code,
           uid = excluded.uid, expires_at = excluded.expires_at`,
        [this.model, id, JSON.stringify(payload), payload.grantId ?? null, payload.userCode ?? null, payload.uid ?? null, expiresIn],
      );
    }

    find = (id: string): Promise<AdapterPayload | undefined> => this.one('id', id);
    findByUserCode = (userCode: string): Promise<AdapterPayload | undefined> => this.one('user_code', userCode);
    findByUid = (uid: string): Promise<AdapterPayload | undefined> => this.one('uid', uid);

    async consume(id: string): Promise<void> {
      await pool.query(
        `UPDATE issuer.payloads SET payload = payload || jsonb_build_object('consumed', floor(extract(epoch FROM now()))) WHERE model = $1 AND id = $2`,
        [this.model, id],
      );
    }

    async destroy(id: string): Promise<void> {
      await pool.query('DELETE FROM issuer.payloads WHERE model = $1 AND id = $2', [this.model, id]);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      await pool.query('DELETE FROM issuer.payloads WHERE grant_id = $1', [grantId]);
    }

    private async one(column: 'id' | 'user_code' | 'uid', value: string): Promise<AdapterPayload | undefined> {
      const found = await pool.query<{ payload: AdapterPayload }>(
        `SELECT payload FROM issuer.payloads WHERE model = $1 AND ${column} = $2 AND (expires_at IS NULL OR expires_at > now())`,
        [this.model, value],
      );
      return found.rows[0]?.payload;
    }
  };

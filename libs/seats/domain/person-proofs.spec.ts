import { describe, expect, it } from '@jest/globals';
import { type FiledRecord, personProofs, startOfDay } from './person-proofs.js';
import { noon } from './seat.fixture.js';

const record = (kind: string, validFrom: string, validUntil: string | null, more: Partial<FiledRecord> = {}): FiledRecord => ({
  id: `${kind} ${validFrom}`,
  kind,
  validFrom: startOfDay(validFrom),
  validUntil,
  withdrawn: false,
  voidedAt: null,
  details: {},
  ...more,
});
const proofs = (...records: readonly FiledRecord[]) =>
  personProofs('p', records, [{ organisationId: 'unit', from: startOfDay('2020-01-01'), until: null }], 'unit', noon);

describe('what is on file for a person', () => {
  it('counts whole days in Asia/Shanghai, the last one included', () => {
    expect(startOfDay('2026-03-02')).toBe('2026-03-01T16:00:00.000Z');
    expect(proofs(record('training', '2026-01-01', '2026-03-02')).training?.until).toBe('2026-03-02T16:00:00.000Z');
  });

  it('takes the record that lasts longest, so that a renewal counts at once [SEAT-03]', () => {
    const filed = proofs(record('filing', '2025-01-01', '2026-04-01'), record('filing', '2026-03-01', '2027-03-01'));
    expect(filed.filing?.ref).toBe('filing 2026-03-01');
  });

  it('names the record that lapsed last when none is in force', () => {
    const filed = proofs(record('filing', '2024-01-01', '2025-01-01'), record('filing', '2025-01-01', '2026-01-01'));
    expect(filed.filing).toMatchObject({ ref: 'filing 2025-01-01', until: '2026-01-01T16:00:00.000Z' });
  });

  it('does not see what was withdrawn', () => {
    expect(proofs(record('real-name', '2025-01-01', null, { withdrawn: true })).identity).toBeNull();
  });

  it('does not let a verification count that was made for another identity number, and lets a new one [PERS-01]', () => {
    const voided = record('real-name', '2025-01-01', null, { voidedAt: '2026-01-01T00:00:00.000Z' });
    expect(proofs(voided).identity).toMatchObject({ ref: 'real-name 2025-01-01', voided: true });
    expect(proofs(voided, record('real-name', '2026-01-01', '2026-12-31')).identity).toMatchObject({
      ref: 'real-name 2026-01-01',
      voided: false,
    });
  });

  it('lets only a passing vetting count [PERS-02]', () => {
    expect(proofs(record('vetting', '2025-01-01', null, { details: { result: 'passed' } })).vetting?.passed).toBe(true);
    expect(proofs(record('vetting', '2025-01-01', null, { details: { result: 'rejected' } })).vetting?.passed).toBe(false);
  });

  it('goes by the vetting and the agreement that were filed last, also where earlier ones would last longer [PERS-02] [PERS-03]', () => {
    const result = (passed: boolean) => ({ details: { result: passed ? 'passed' : 'failed' } });
    const [first, second] = ['2026-01-01', '2026-02-01'];
    expect(
      proofs(record('vetting', first, null, result(true)), record('vetting', second, '2026-04-01', result(false))).vetting?.passed,
    ).toBe(false);
    expect(
      proofs(record('vetting', first, null, result(false)), record('vetting', second, '2026-04-01', result(true))).vetting?.passed,
    ).toBe(true);
    const agreements = [
      record('confidentiality-agreement', first, '2027-01-01'),
      record('confidentiality-agreement', second, '2026-03-31'),
    ];
    expect(proofs(...agreements).confidentiality?.until).toBe('2026-03-31T16:00:00.000Z');
    const later = record('vetting', '2026-12-01', null, result(false));
    expect(proofs(record('vetting', first, null, result(true)), later)).toMatchObject({ vetting: { passed: true }, next: later.validFrom });
  });

  it('looks at the organisation that the seat rests on', () => {
    expect(proofs().affiliation?.ref).toBe('unit');
    expect(
      personProofs('p', [], [{ organisationId: 'other', from: startOfDay('2020-01-01'), until: null }], 'unit', noon).affiliation,
    ).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatVerifierKey, parseVerifierKey, signatureTypes, verifierKey } from '#kernel';
import { keyPair, SignedLog, sm2Pair } from '../../../test/fixtures/signed-log.js';
import { checkpointText, custodyOf, parseCheckpoint, verifyCheckpoint } from './checkpoint.js';
import { cosignedMessage } from './cosignature.js';
import { formatNote, noteSignature, parseNote, verifyNote } from './signed-note.js';
import { sm2VerifierKey, verifySm2 } from './sm2.js';
import { assertCosignable } from './witness.js';

/** Published with the Go implementation of signed notes. */
const peter = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
const cryptography =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
/** The example of C2SP tlog-cosignature. */
const behindTheSofa =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
  '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n' +
  '— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n';
const log = new SignedLog().append({ n: 1 }, { n: 2 }, { n: 3 });

describe('signed notes', () => {
  it('verify the published example of another implementation', () => {
    expect(verifyNote(parseNote(cryptography), [peter])).toEqual([{ key: peter }]);
  });

  it('are refused when a character of the text changed', () => {
    const text = parseNote(cryptography).text;
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.constantFrom('x', 'é', '…'), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = cryptography.slice(0, at) + character + cryptography.slice(at + 1);
        expect(() => verifyNote(parseNote(changed), [peter])).toThrow(/audit\.(signature-invalid|note-malformed)/);
      }),
    );
  });

  it('ignore signatures by keys whose name or id alone is known', () => {
    const other = keyPair('PeterNeumann');
    expect(() => verifyNote(parseNote(cryptography), [other.key])).toThrow('audit.no-trusted-signature');
  });

  it('are read back as written, and read in that one form only', () => {
    expect(formatNote(parseNote(cryptography))).toBe(cryptography);
    expect(formatNote(parseNote(behindTheSofa))).toBe(behindTheSofa);
    for (const wrong of [
      '',
      'text\n',
      cryptography.trimEnd(),
      cryptography.replace('— P', '- P'),
      cryptography.replace('nAM=', 'nAN='),
      cryptography.replace('nAM=', 'nAM'),
      cryptography.replace('If', 'I\tf'),
      cryptography.replace('\n\n', '\n\r\n'),
      `${cryptography}extra\n`,
      'text\n\n— a+b AAAAAAA=\n',
      'text\n\n— a AAAA\n',
    ])
      expect(() => parseNote(wrong)).toThrow('audit.note-malformed');
  });

  it('may carry any number of signatures', () => {
    const line = cryptography.slice(cryptography.indexOf('—'));
    expect(parseNote(`text\n\n${line.repeat(500)}`).signatures).toHaveLength(500);
  });
});

describe('checkpoints', () => {
  it("have the body that the specification's example shows", () => {
    const checkpoint = parseCheckpoint(parseNote(behindTheSofa).text);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(checkpointText(checkpoint)).toBe(parseNote(behindTheSofa).text);
  });

  it('name the line that does not fit', () => {
    const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
    for (const [text, line] of [
      [`\n1\n${root}\n`, 1],
      [`log\n01\n${root}\n`, 2],
      [`log\n-1\n${root}\n`, 2],
      [`log\n9007199254740993\n${root}\n`, 2],
      [`log\n1\n${root.slice(4)}\n`, 3],
      [`log\n1\n${root}`, 4],
      [`log\n1\n${root}\n\n`, 4],
    ] as const)
      expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: 'audit.checkpoint-malformed', details: { line } }));
    expect(parseCheckpoint(`log\n0\n${root}\nextension\n`).size).toBe(0);
  });

  it('verify with the log and its witness, and say when the witness saw them', () => {
    const verified = verifyCheckpoint(log.checkpoint(), log.trusted);
    expect(verified).toMatchObject({ origin: log.origin, size: 3, signedBy: [log.origin] });
    expect(verified.cosignedBy).toEqual([{ name: log.witness.key.name, at: '2026-09-21T14:13:23.000Z', key: 'external' }]);
  });

  it('are refused without the signature of the log that they name, however many witnesses signed', () => {
    expect(() => verifyCheckpoint(log.checkpoint(), [log.witness.key])).toThrow('audit.no-log-signature');
    expect(() => verifyCheckpoint(log.checkpoint(), [keyPair(log.origin).key])).toThrow('audit.no-trusted-signature');
  });

  it('are refused when a trusted witness line fails, also with a good log signature', () => {
    const note = parseNote(log.checkpoint());
    const signatures = note.signatures.map((signature) => ({
      ...signature,
      bytes: signature.name === log.witness.key.name ? signature.bytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) : signature.bytes,
    }));
    expect(() => verifyCheckpoint(formatNote({ ...note, signatures }), log.trusted)).toThrow('audit.signature-invalid');
  });

  it('do not take a witness key for a log key: the type is part of the key', () => {
    const witnessAsLog = keyPair(log.origin, signatureTypes.cosignature);
    expect(parseVerifierKey(formatVerifierKey(witnessAsLog.key)).id).not.toBe(log.log.key.id);
    expect(Buffer.from(cosignedMessage('log\n1\nx\n', 7)).toString()).toBe('cosignature/v1\ntime 7\nlog\n1\nx\n');
  });

  it('can carry an SM2 line, which is checked when its key is trusted and ignored otherwise', () => {
    const sm2 = sm2Pair(log.origin);
    const note = log.checkpoint(3, { more: [sm2.signText] });
    expect(verifyCheckpoint(note, [...log.trusted, sm2.key]).signedBy).toEqual([log.origin]);
    expect(parseVerifierKey(formatVerifierKey(sm2.key))).toEqual(sm2.key);
    const forged = log.checkpoint(3, { more: [(text) => noteSignature(sm2.key, sm2.signText(`${text}x`).bytes)] });
    expect(() => verifyCheckpoint(forged, [...log.trusted, sm2.key])).toThrow('audit.signature-invalid');
    expect(verifyCheckpoint(forged, log.trusted).size).toBe(3);
  });

  it('verify the SM2 signature that GB/T 32918.5-2017 appendix A publishes', () => {
    const point = Buffer.from(
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
      'hex',
    );
    const r = 'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3';
    const s = 'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa';
    const der = Buffer.from(`3046022100${r}022100${s}`, 'hex');
    const key = sm2VerifierKey('gb', point);
    expect(verifySm2(key, Buffer.from('message digest'), der)).toBe(true);
    expect(verifySm2(key, Buffer.from('message digesT'), der)).toBe(false);
    expect(verifySm2(key, Buffer.from('message digest'), der.subarray(1))).toBe(false);
    const [seq, R, S] = [(body: string) => `30${(body.length / 2).toString(16)}${body}`, `022100${r}`, `022100${s}`];
    expect(verifySm2(key, Buffer.from('message digest'), Buffer.from(seq(R + S), 'hex'))).toBe(true);
    const order = BigInt('0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123');
    const unreduced = `0221${(BigInt(`0x${s}`) + order).toString(16).padStart(66, '0')}`;
    const spellings = {
      'behind it a byte': `${seq(R + S)}00`,
      'a third integer': seq(`${R + S}020101`),
      'a long-form length': `3081${seq(R + S).slice(2)}`,
      'an indefinite length': `3080${R + S}0000`,
      'a long-form length inside': seq(`028121${R.slice(4)}${S}`),
      'a leading zero too many': seq(`02220000${r}${S}`),
      'a leading zero too few': seq(`0220${r}${S}`),
      'another tag': seq(`${R}03${S.slice(2)}`),
      'an unreduced scalar': seq(R + unreduced),
      'a zero': seq(`${R}020100`),
      'an empty integer': seq(`${R}0200`),
    };
    for (const [what, spelling] of Object.entries(spellings))
      expect([what, verifySm2(key, Buffer.from('message digest'), Buffer.from(spelling, 'hex'))]).toEqual([what, false]);
  });

  it('say of a cosignature whether its key lies with whoever runs the log: by its name, or as a key of theirs under another name', () => {
    const held = keyPair(`${log.origin}/audit-admin`, signatureTypes.cosignature);
    const outside = keyPair('witness.example', signatureTypes.cosignature);
    const alias = verifierKey('elsewhere.example', signatureTypes.cosignature, held.key.material);
    const logAsWitness = verifierKey('far.example', signatureTypes.cosignature, log.log.key.material);
    const known = [...log.trusted, held.key, outside.key, alias, logAsWitness];
    const custody = [held.key, outside.key, alias, logAsWitness].map((key) => custodyOf(key, log.origin, known));
    expect(custody).toEqual(['held', 'external', 'held', 'held']);
  });
});

describe('a witness', () => {
  it('cosigns what extends what it saw and refuses a smaller, rewritten or foreign log [AUD-04]', () => {
    const read = (size: number) => parseCheckpoint(parseNote(log.checkpoint(size)).text);
    const proof = log.consistency(2, 3).proof.map((hash) => Buffer.from(hash, 'base64'));
    expect(() => assertCosignable(log.origin, undefined, read(2), [])).not.toThrow();
    expect(() => assertCosignable(log.origin, read(2), read(3), proof)).not.toThrow();
    expect(() => assertCosignable(log.origin, read(3), read(3), [])).not.toThrow();
    expect(() => assertCosignable(log.origin, read(3), read(2), [])).toThrow('audit.consistency-fails');
    const rewritten = new SignedLog().append({ n: 1 }, { n: 'other' }, { n: 3 });
    const forged = parseCheckpoint(parseNote(rewritten.checkpoint(3)).text);
    expect(() => assertCosignable(log.origin, read(2), forged, proof)).toThrow('audit.consistency-fails');
    expect(() => assertCosignable('other.example/audit', undefined, read(2), [])).toThrow('audit.checkpoint-foreign');
  });
});

describe('a note signed by a key for documents', () => {
  it('is no checkpoint, whatever log it names itself after', () => {
    const forged = new SignedLog('opdomain.example/oversight/board').append({ n: 1 });
    expect(() => verifyCheckpoint(forged.checkpoint(), forged.trusted)).toThrow(
      expect.objectContaining({ code: 'audit.no-log-signature' }),
    );
  });
});

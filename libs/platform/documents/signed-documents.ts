import {
  assertSignable,
  documentDigest,
  Refusal,
  roleOfDocument,
  signatureTypes,
  signDocument,
  verifierKey,
  type ActContext,
  type SignedDocument,
  type SigningRole,
  type TypedDocument,
  type VerifierKey,
} from '#kernel';
import { DatabaseClock } from '#platform/database';
import { KEYS, type Keys } from '#platform/keys';
import { Seams } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { INSTALLATION } from './installation.js';

/** Keys of the key store by which documents are signed, each for one kind; which types those are stands in the kernel's one table. */
export const documentKeys = {
  receipts: 'receipts/signing',
  certificates: 'certificates/signing',
  manifests: 'release/manifests',
  boards: 'oversight/board',
  packages: 'audit/packages',
} as const satisfies Readonly<Record<string, SigningRole>>;
export type DocumentKind = keyof typeof documentKeys;

/** Whether signing was refused because of the time: then it waits, and nothing of what it rests on is done again. */
export const isOfTime = (fault: unknown): fault is Refusal => fault instanceof Refusal && fault.awaits === 'clock';

/** Signs what is handed out, and hands it out with its proof. */
@Injectable()
export class SignedDocuments {
  private readonly keysMade = new Map<string, Promise<void>>();

  constructor(
    @Inject(INSTALLATION) private readonly installation: string,
    @Inject(KEYS) private readonly keys: Keys,
    private readonly seams: Seams,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * The signature names its key with the installation, so that a verifier may trust those of several.
   * @throws Refusal `clock.*` while this process does not know the time well enough, `document.impossible-order`; Error for a type that
   * this kind of key does not sign: no verifier would take it.
   */
  async sign<D extends TypedDocument>(kind: DocumentKind, document: D): Promise<SignedDocument<D>> {
    const key = documentKeys[kind];
    if (roleOfDocument(document) !== key) throw new Error(`the key for ${kind} signs no ${document.type}`);
    this.clock.assertSigns();
    assertSignable(document, Date.parse(this.clock.now()));
    await this.made(key);
    return signDocument(document, [{ keyName: this.keyName(kind), sign: (bytes) => this.keys.sign(key, bytes) }]);
  }

  /** Makes the keys that are not there yet, so that all are published before anything is signed. */
  async ensureKeys(): Promise<void> {
    for (const key of Object.values(documentKeys)) await this.keys.create(key, 'sign');
  }

  /** The public keys, by the names that stand in signatures. */
  async verifierKeys(): Promise<VerifierKey[]> {
    const kinds = Object.keys(documentKeys) as DocumentKind[];
    return Promise.all(
      kinds.map(async (kind) => verifierKey(this.keyName(kind), signatureTypes.ed25519, await this.keys.publicKey(documentKeys[kind]))),
    );
  }

  /** A stored document as its receiver takes it home: with the proof of the entry that issued it, or with what it still waits for. */
  async handedOut<D extends TypedDocument>(ctx: ActContext, { document, signatures }: SignedDocument<D>): Promise<SignedDocument<D>> {
    const [log] = this.seams.all('document-log');
    const place = log === undefined ? { waiting: { for: 'sequencing' } as const } : await log.placeOf(ctx, documentDigest(document));
    return { document, signatures, ...place };
  }

  /** Asked of the key store once: it says by itself when the key is not there any more. */
  private made(key: string): Promise<void> {
    const known = this.keysMade.get(key);
    if (known !== undefined) return known;
    const making = Promise.resolve(this.keys.create(key, 'sign'));
    this.keysMade.set(key, making);
    making.catch(() => this.keysMade.delete(key));
    return making;
  }

  private keyName(kind: DocumentKind): string {
    return `${this.installation}/${documentKeys[kind]}`;
  }
}

/** A program is neither on this machine nor can it be built or installed here. The message says what would help. */
export class ToolUnavailableError extends Error {
  override readonly name: string = 'ToolUnavailableError';
  constructor(
    readonly tool: string,
    message: string,
  ) {
    super(message);
  }
}

/** There is no Kubernetes to work with, and none can be made here. */
export class NoClusterError extends ToolUnavailableError {
  override readonly name = 'NoClusterError';
  constructor(tool: string, why: string) {
    super(
      tool,
      [
        `opdomain needs a Kubernetes API server, and ${tool} is not available here (${why}). One of these is enough:`,
        '  1. OPDOMAIN_KUBECONFIG=/path/to/kubeconfig   a cluster that you name yourself; the current context is never used by itself',
        '  2. KUBEBUILDER_ASSETS=/path/to/folder        with kube-apiserver, kube-controller-manager and etcd (setup-envtest leaves two of them; Go then builds the third)',
        '  3. Go 1.26 or newer on the PATH              kube-apiserver, kube-controller-manager and etcd are then built once (about 7 minutes) and kept',
      ].join('\n'),
    );
  }
}

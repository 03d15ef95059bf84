/** Where what a run left stands: a production run's in quarantine, from which nothing goes but through export review. */
export const resultFolder = (run: { readonly id: string; readonly scenarioId: string; readonly mode: 'production' | 'trial' }): string =>
  `${run.mode === 'production' ? quarantineOf(run.scenarioId) : trialsOf(run.scenarioId)}/${run.id}`;
export const quarantineOf = (scenarioId: string): string => `scenarios/${scenarioId}/quarantine/code-runs`;
export const trialsOf = (scenarioId: string): string => `scenarios/${scenarioId}/trials`;
export const sealOf = (scenarioId: string): string => `scenario/${scenarioId}`;
/** Where the sealed map of a production run's result stands: who is behind its cells, for whoever compares results. */
export const sealedMapOf = (run: { readonly id: string; readonly scenarioId: string }) => ({
  key: `${quarantineOf(run.scenarioId)}/${run.id}/map.csv`,
  sealedBy: sealOf(run.scenarioId),
});
/** The secret by which subjects of a scenario are made numbers: it ends with what was made of it. */
export const subjectKeyOf = (scenarioId: string): string => `${quarantineOf(scenarioId)}/subjects.key`;

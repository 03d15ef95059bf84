/** The column with the number of each raw row. Not a name that a dataset's column could have. */
export const rowNumber = 'sandbox_row';

/** Folder of a run's sample in the object store; all of it is sealed by its scenario's key. */
export const sampleFolder = (run: { readonly id: string; readonly scenarioId: string }): string =>
  `scenarios/${run.scenarioId}/samples/${run.id}`;
export const sealOf = (scenarioId: string): string => `scenario/${scenarioId}`;

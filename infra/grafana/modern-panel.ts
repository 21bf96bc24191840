import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import dashGen from 'grafana-dash-gen';

/** Carries a panel that grafana-dash-gen has no class for (all that Grafana has today) through its rows. */
export class ModernPanel extends dashGen.Panels.Text {
  readonly #body: Panel;

  constructor(builder: Builder<Panel>) {
    super();
    this.#body = builder.build();
  }

  /** The panel as the SDK built it; its gridPos says width and height only. */
  override generate(): ReturnType<InstanceType<typeof dashGen.Panels.Text>['generate']> {
    // The library's types end at the text panel, its code passes on whatever comes.
    return { ...this.#body } as unknown as ReturnType<InstanceType<typeof dashGen.Panels.Text>['generate']>;
  }
}

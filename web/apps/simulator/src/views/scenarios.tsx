/** What happened, as a scenario that can be played again: here, and in tests. */

import { useState } from 'preact/hooks';
import { Refused } from '../api.ts';
import { usePage } from '../context.ts';
import type { ScenarioReport } from '../wire.ts';
import { Alert, Check } from './icons.tsx';
import { Box, Code, CopyButton, Duration } from './parts.tsx';

export function Scenarios() {
  const { store, say, t } = usePage();
  const [text, setText] = useState('');
  const [report, setReport] = useState<ScenarioReport | null>(null);
  const [problem, setProblem] = useState('');
  const [isRunning, setIsRunning] = useState(false);
  const record = () =>
    store.try(async (api) => setText(JSON.stringify(await api.recordedScenario(), null, 2)));
  const run = async () => {
    const scenario = parse(text);
    if (scenario === undefined) return setProblem(t('sim.not_json'));
    setProblem('');
    setIsRunning(true);
    try {
      setReport(await store.api.runScenario(scenario));
      say(t('sim.scenario_done'));
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : t('sim.lost'));
    }
    setIsRunning(false);
  };
  return (
    <>
      <p class="about">{t('sim.scenario_about')}</p>
      <Box title={t('sim.scenario')} aside={<CopyButton text={text} label={t('sim.copy')} />}>
        <textarea
          class="script"
          dir="ltr"
          spellcheck={false}
          rows={16}
          aria-label={t('sim.scenario')}
          aria-invalid={problem !== ''}
          aria-describedby="scenario-problem"
          placeholder='{"steps": []}'
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Box>
      <p id="scenario-problem" class="error" role="alert">
        {problem}
      </p>
      <div class="acts">
        <button type="button" class="ctl" onClick={record}>
          {t('sim.scenario_record')}
        </button>
        <button
          type="button"
          class="ctl main"
          aria-disabled={isRunning}
          onClick={() => !isRunning && run()}
        >
          {isRunning ? t('sim.scenario_running') : t('sim.scenario_run')}
        </button>
      </div>
      {report !== null && <Report report={report} />}
    </>
  );
}

function Report({ report }: { report: ScenarioReport }) {
  const { t } = usePage();
  const aside = (
    <span class="r">
      <Duration ms={report.duration_ms} />
    </span>
  );
  return (
    <Box title={t('sim.scenario_report')} aside={aside}>
      <ol class="results" data-passed={report.passed}>
        {report.steps.map((step, place) => (
          <li key={place} class={step.ok ? 'ok' : 'no'}>
            {step.ok ? <Check /> : <Alert />}
            <span>
              {place + 1}. {step.do}
            </span>
            <small>{step.error ?? ''}</small>
          </li>
        ))}
      </ol>
      <Code label={t('sim.scenario_report')} text={JSON.stringify(report.steps, null, 2)} />
    </Box>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

package io.esplanade.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.race.MadeUpResults;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.text.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

class ReportTest {

    private static final ZonedDateTime THEN =
            ZonedDateTime.of(2026, 11, 24, 12, 0, 0, 0, ZoneOffset.UTC);

    @TempDir Path folder;

    private static Report report(Results results) {
        return new Report(results, THEN);
    }

    @Test
    void thePageAndEveryChartAreWellFormed() throws Exception {
        Path page = report(MadeUpResults.on(2, false)).write(folder);
        assertWellFormed(Files.readString(page).replace("<!DOCTYPE html>", ""));
        try (Stream<Path> charts = Files.list(folder.resolve("charts"))) {
            List<Path> files = charts.toList();
            assertThat(files).hasSizeGreaterThan(10);
            for (Path chart : files) {
                assertWellFormed(Files.readString(chart));
            }
        }
    }

    private static void assertWellFormed(String xml) throws Exception {
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)));
    }

    @Test
    void thePageAsksNothingOfTheNetwork() throws Exception {
        Path page = report(MadeUpResults.on(8, false)).write(folder);
        assertThat(Files.readString(page))
                .doesNotContain("http:", "https:", "src=", "href=", "url(", "@import", "<script");
    }

    @Test
    void theJsonHasEverySliceAndItsHeat() throws Exception {
        Results results = MadeUpResults.on(2, true);
        report(results).write(folder);
        Map<?, ?> json = (Map<?, ?>) Json.read(Files.readString(folder.resolve("report.json")));
        assertThat((List<?>) json.get("outcomes")).hasSameSizeAs(results.outcomes());
        assertThat(json.toString()).contains("heat=1", "slices=[{packets=");
    }

    @Test
    void fewCoresGetTheAmdahlBoundOfTheGiantLockAndNoFit() {
        String html = report(MadeUpResults.on(2, false)).page().html();
        assertThat(html).contains("Amdahl", "extrapolated").doesNotContain("σ contention");
    }

    @Test
    void fourMeasuredThreadCountsGetTheScalabilityLaw() {
        String html = report(MadeUpResults.on(8, false)).page().html();
        assertThat(html).contains("σ contention", "extrapolated").doesNotContain("Amdahl");
    }

    @Test
    void extrapolatedPointsSayThatTheyAre() {
        String svg = report(MadeUpResults.on(2, false)).page().charts().get("more-cores").inline();
        assertThat(svg).contains("measured</title>", "extrapolated</title>", "dashed", "hollow");
    }

    @Test
    void aRaceOfWhichNothingCameMakesAPageThatSaysSo() {
        Results made = MadeUpResults.on(2, true);
        Results failed =
                new Results(
                        made.machine(),
                        made.outcomes().stream()
                                .map(o -> new Outcome(o.setting(), List.of(), List.of("no CPU")))
                                .toList(),
                        made.timing(),
                        true);
        assertThat(report(failed).page().html()).contains("JVMs that failed", "no CPU");
    }
}

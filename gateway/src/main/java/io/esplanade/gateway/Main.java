package io.esplanade.gateway;

import io.esplanade.engine.EngineException;
import io.esplanade.gateway.demo.DemoVerb;
import io.esplanade.gateway.doctor.DoctorVerb;
import io.esplanade.gateway.file.RefusedException;
import io.esplanade.gateway.lab.LabVerb;

import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** The {@code esplanade} command. */
public final class Main {

    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        Termination termination = Termination.bySignals();
        Console console = Console.ofProcess();
        Logging.to(console);
        int exitCode = run(console, termination, args);
        termination.finish(exitCode);
        System.exit(exitCode);
    }

    /** Runs the command in this process; the exit code is the answer. */
    public static int run(Console console, Termination termination, String... args) {
        Esplanade esplanade = new Esplanade();
        CommandLine line =
                new CommandLine(esplanade)
                        .addSubcommand(new DemoVerb(console))
                        .addSubcommand(new CheckVerb(console))
                        .addSubcommand(new PcapVerb(console, termination))
                        .addSubcommand(new RunVerb(console, termination))
                        .addSubcommand(new DoctorVerb(console))
                        .addSubcommand(new LabVerb(console))
                        .addSubcommand(new VersionVerb(console));
        line.getCommandSpec().usageMessage().footer(Esplanade.footer());
        line.setOut(console.out()).setErr(console.err()).setUsageHelpWidth(100);
        line.setExecutionExceptionHandler((e, _, _) -> explain(e, esplanade.debug(), console));
        line.setExecutionStrategy(Main::execute);
        int exitCode = line.execute(args);
        if (console.out().checkError() && exitCode == Exit.OK) { // a full disk, a closed pipe
            console.err().println("esplanade: standard output did not take all of the result");
            exitCode = Exit.FAILED;
        }
        console.err().flush();
        return exitCode;
    }

    /** A bare {@code esplanade} is a question: the answer is the help. */
    private static int execute(ParseResult result) {
        if (!result.hasSubcommand() && !result.isUsageHelpRequested()) {
            result.commandSpec().commandLine().usage(result.commandSpec().commandLine().getErr());
            return Exit.USAGE;
        }
        return new CommandLine.RunLast().execute(result);
    }

    private static boolean isUsers(Throwable e) {
        return e instanceof RefusedException
                || e instanceof UserException
                || e instanceof EngineException
                || e instanceof IOException;
    }

    private static int explain(Exception e, boolean debug, Console console) {
        if (debug) {
            e.printStackTrace(console.err());
        }
        if (e instanceof RefusedException) {
            console.err().println(e.getMessage());
            return Exit.FAILED;
        }
        if (isUsers(e)) {
            console.err().println("esplanade: " + text(e));
            return Exit.FAILED;
        }
        console.err().println("esplanade: internal error: " + e);
        if (!debug) {
            console.err()
                    .println(
                            "    remedy: this is a mistake of ours; run it again with --debug and"
                                    + " report what it says");
        }
        return Exit.INTERNAL;
    }

    /** The message, with what the file system's exceptions leave to their types. */
    private static String text(Exception e) {
        return switch (e) {
            case NoSuchFileException missing ->
                    missing.getFile() + ": there is no such file or folder";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileAlreadyExistsException there ->
                    there.getFile() + ": is a file where a folder is needed";
            default -> e.getMessage();
        };
    }
}

// Most of these tests wait: for a model, a lease, a window of seconds. Two fixtures at a time, each with servers and a program of its own,
// halve that; those that compare times or count what the whole process does are marked to run alone.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(2)]

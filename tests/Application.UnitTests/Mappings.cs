using AutoMapper;
using CleanLlm.Application.Chats;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanLlm.Application.UnitTests;

/// <summary>The mapper of the program: all profiles, as registration finds them.</summary>
internal static class Mappings
{
    public static readonly IMapper Mapper = new MapperConfiguration(map => map.AddMaps(typeof(ChatDto).Assembly), NullLoggerFactory.Instance).CreateMapper();
}

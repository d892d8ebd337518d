#include "services/explain/lines.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

/// The word that ends where `end` begins: "pip3" of "line 3: pip3".
std::string word_before(std::string_view text) {
  text = trim(text);
  if (text.ends_with(':')) text = trim(text.substr(0, text.size() - 1));
  const std::size_t start = text.find_last_of(" \t:");
  return std::string(start == std::string_view::npos ? text : text.substr(start + 1));
}

/// What follows the mark, to the end of the word or of the quotation.
std::string word_after(std::string_view line, std::string_view mark) {
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return "";
  std::string_view rest = trim(line.substr(at + mark.size()));
  if (!rest.empty() && (rest.front() == '\'' || rest.front() == '"' || rest.front() == '`')) {
    const char quote = rest.front() == '`' ? '\'' : rest.front();
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find(quote)));
  }
  std::string_view word = rest.substr(0, rest.find_first_of(" \t,;)"));
  while (word.ends_with('.') || word.ends_with(':')) word.remove_suffix(1);
  return std::string(word);
}

/// A kind of line: whether it is one, and what it means. The sentence has `{}` for what the line is about.
struct Kind {
  std::string_view code;
  /// What the line is about; nothing when it is of another kind. "" where there is nothing to name.
  std::optional<std::string> (*about)(std::string_view line);
  std::string_view en, ko;
  std::string_view remedy_en, remedy_ko;
};

std::optional<std::string> when(bool is, std::string about = "") {
  return is ? std::optional(std::move(about)) : std::nullopt;
}

const std::array kKinds = {
    Kind{"SCRIPT_HAS_WINDOWS_LINES",
         [](std::string_view line) {
           return when(has(line, "\\r': command not found") || has(line, "$'\\r'") ||
                       has(line, "^M: bad interpreter") || has(line, "\r: command not found"));
         },
         "The script has Windows line ends (CR LF), so the shell reads a carriage return as part of each command.",
         "스크립트의 줄 끝이 Windows 형식(CR LF)이라 셸이 캐리지 리턴을 명령의 일부로 읽습니다.",
         "Save it with LF alone (git: `* text eol=lf` in .gitattributes; `sed -i 's/\\r$//' FILE`).",
         "LF로만 저장하십시오(git: .gitattributes에 `* text eol=lf`; `sed -i 's/\\r$//' FILE`)."},
    Kind{"SCRIPT_INTERPRETER_MISSING",
         [](std::string_view line) {
           return when(has(line, ": bad interpreter: "), word_before(line.substr(0, line.find(": bad interpreter: "))));
         },
         "The first line of the script names an interpreter that is not there: {}.",
         "스크립트 첫 줄이 없는 인터프리터를 가리킵니다: {}.",
         "Name one that is there (#!/bin/bash), or install it before.",
         "있는 것(#!/bin/bash)을 쓰거나 먼저 설치하십시오."},
    Kind{"COMMAND_NOT_FOUND",
         [](std::string_view line) {
           for (const std::string_view mark : {": command not found", ": not found"}) {
             const std::size_t at = line.find(mark);
             if (at == std::string_view::npos || trim(line.substr(at + mark.size())) != "") continue;
             const std::string word = word_before(line.substr(0, at));
             if (!word.empty()) return std::optional(word);
           }
           if (const std::size_t at = line.find("command not found: "); at != std::string_view::npos)
             return std::optional(word_after(line, "command not found: "));
           return std::optional<std::string>();
         },
         "{}: command not found.", "{}: 명령을 찾을 수 없습니다.",
         "Install {} in an earlier step, or call it by its full path.",
         "앞 단계에서 {}을(를) 설치하거나 전체 경로로 호출하십시오."},
    Kind{"PYTHON_MODULE_MISSING",
         [](std::string_view line) {
           for (const std::string_view mark :
                {"ModuleNotFoundError: No module named ", "ImportError: No module named ", ": No module named "})
             if (has(line, mark)) return std::optional(word_after(line, mark));
           return std::optional<std::string>();
         },
         "Python has no module {}.", "Python에 {} 모듈이 없습니다.",
         "Install it (pip install {}) for the same python that runs the program.",
         "프로그램을 실행하는 바로 그 python에 설치하십시오(pip install {})."},
    Kind{"PACKAGE_NOT_FOUND",
         [](std::string_view line) {
           for (const std::string_view mark :
                {"No matching distribution found for ", "Unable to locate package ",
                 "No match for argument: ", "Could not find a version that satisfies the requirement ",
                 "npm ERR! 404  ", "Unable to find a match: "})
             if (has(line, mark)) return std::optional(word_after(line, mark));
           return when(has(line, "npm ERR! 404"), "the package");
         },
         "There is no package {} (or not in that version) where the installer looks.",
         "설치 프로그램이 찾는 곳에 패키지 {}이(가)(또는 그 버전이) 없습니다.",
         "Check its name and version, and that the package index is reached from there.",
         "이름과 버전, 그리고 패키지 저장소에 연결되는지 확인하십시오."},
    Kind{"PYTHON_SYNTAX",
         [](std::string_view line) {
           for (const std::string_view mark : {"SyntaxError: ", "IndentationError: ", "TabError: "})
             if (has(line, mark)) return std::optional(std::string(line.substr(line.find(mark))));
           return std::optional<std::string>();
         },
         "The Python source does not compile: {}.", "Python 소스가 컴파일되지 않습니다: {}.",
         "Mend the line that the output names above.", "출력이 위에서 가리키는 줄을 고치십시오."},
    Kind{"SHELL_SYNTAX",
         [](std::string_view line) {
           return when(has(line, "syntax error near unexpected token") || has(line, "syntax error: unexpected") ||
                           has(line, "Syntax error: "),
                       std::string(trim(line)));
         },
         "The shell cannot read the script: {}.", "셸이 스크립트를 읽을 수 없습니다: {}.",
         "Mend the line; `bash -n FILE` checks it without running it.",
         "그 줄을 고치십시오. `bash -n FILE`로 실행 없이 확인합니다."},
    Kind{"REGISTRY_LOGIN_MISSING",
         [](std::string_view line) {
           return when(has(line, "no basic auth credentials") || has(line, "authentication required") ||
                       has(line, "unauthorized: authentication"));
         },
         "docker is not logged in to the registry.", "docker가 레지스트리에 로그인하지 않았습니다.",
         "Run before it: aws ecr get-login-password | docker login --username AWS --password-stdin "
         "ACCOUNT.dkr.ecr.REGION.amazonaws.com",
         "먼저 실행하십시오: aws ecr get-login-password | docker login --username AWS --password-stdin "
         "ACCOUNT.dkr.ecr.REGION.amazonaws.com"},
    Kind{"DOCKER_NOT_RUNNING",
         [](std::string_view line) { return when(has(line, "Cannot connect to the Docker daemon")); },
         "There is no Docker daemon to talk to.", "연결할 Docker 데몬이 없습니다.",
         "In CodeBuild, turn privileged mode of the project's environment on; on an instance, start docker.",
         "CodeBuild에서는 프로젝트 환경의 권한 모드(privileged)를 켜고, 인스턴스에서는 docker를 시작하십시오."},
    Kind{"REPOSITORY_MISSING",
         [](std::string_view line) {
           return when(has(line, "The repository with name ") && has(line, "does not exist"),
                       word_after(line, "The repository with name "));
         },
         "The ECR repository {} does not exist.", "ECR 리포지토리 {}이(가) 없습니다.",
         "Create it (aws ecr create-repository --repository-name {}), or mend the name.",
         "만들거나(aws ecr create-repository --repository-name {}) 이름을 고치십시오."},
    Kind{"BASE_IMAGE_MISSING",
         [](std::string_view line) {
           return when(has(line, "hanbat image base add "), word_after(line, "hanbat image base add "));
         },
         "No registry is reached that has the Dockerfile's base image {}, and there is no stand-in of that version.",
         "Dockerfile의 베이스 이미지 {}을(를) 가진 레지스트리에 닿지 않고, 그 버전의 대용품도 없습니다.",
         "Name a version that is on the shelf (hanbat image base list), or have the operator add it: hanbat image base "
         "add {} SOURCE",
         "선반에 있는 버전을 쓰거나(hanbat image base list) 운영자가 추가하게 하십시오: hanbat image base add {} "
         "SOURCE"},
    Kind{"IMAGE_MISSING",
         [](std::string_view line) {
           return when(has(line, "manifest unknown") || has(line, "manifest for ") || has(line, "pull access denied"),
                       has(line, "manifest for ") ? word_after(line, "manifest for ") : "");
         },
         "The image that is asked for is not in its registry. {}", "요청한 이미지가 레지스트리에 없습니다. {}",
         "Check its name and tag; `hanbat explain image NAME:TAG` tells what is there.",
         "이름과 태그를 확인하십시오. `hanbat explain image NAME:TAG`가 있는 것을 알려 줍니다."},
    Kind{"CREDENTIALS_MISSING",
         [](std::string_view line) {
           return when(has(line, "Unable to locate credentials") || has(line, "NoCredentialsError") ||
                       has(line, "Could not load credentials from any providers"));
         },
         "The program has no AWS credentials.", "프로그램에 AWS 자격 증명이 없습니다.",
         "Attach a role: an instance profile to the instance, the service role to the project.",
         "역할을 연결하십시오: 인스턴스에는 인스턴스 프로파일, 프로젝트에는 서비스 역할."},
    Kind{"BUCKET_MISSING",
         [](std::string_view line) {
           return when(has(line, "NoSuchBucket") || has(line, "The specified bucket does not exist"));
         },
         "The S3 bucket does not exist.", "S3 버킷이 없습니다.", "Create it, or mend its name.",
         "만들거나 이름을 고치십시오."},
    Kind{"OBJECT_MISSING",
         [](std::string_view line) {
           return when(has(line, "NoSuchKey") || has(line, "The specified key does not exist") ||
                       has(line, "when calling the HeadObject operation: Not Found"));
         },
         "The S3 object does not exist.", "S3 객체가 없습니다.", "Check bucket and key.", "버킷과 키를 확인하십시오."},
    Kind{"PORT_TAKEN",
         [](std::string_view line) {
           return when(has(line, "Address already in use") || has(line, "EADDRINUSE") ||
                       has(line, "address already in use"));
         },
         "The port is taken already: an older process still listens.",
         "포트가 이미 사용 중입니다: 이전 프로세스가 아직 듣고 있습니다.",
         "Stop the older one first, in ApplicationStop say.",
         "먼저 이전 프로세스를 멈추십시오(예: ApplicationStop에서)."},
    Kind{"DISK_FULL", [](std::string_view line) { return when(has(line, "No space left on device")); },
         "The disk is full.", "디스크가 가득 찼습니다.", "Make room, or give a larger volume.",
         "공간을 비우거나 더 큰 볼륨을 쓰십시오."},
    Kind{"MEMORY_OUT",
         [](std::string_view line) {
           return when(has(line, "MemoryError") || has(line, "Out of memory") || has(line, "out of memory") ||
                       trim(line) == "Killed" || line.ends_with(": Killed") ||
                       (has(line, "line ") && has(line, " Killed")));
         },
         "The process ran out of memory and was ended.", "프로세스의 메모리가 부족해 종료되었습니다.",
         "Take a larger compute or instance type, or use less memory.",
         "더 큰 컴퓨팅/인스턴스 유형을 쓰거나 메모리를 줄이십시오."},
    Kind{"NAME_NOT_RESOLVED",
         [](std::string_view line) {
           for (const std::string_view mark : {"Could not resolve host: ", "Failed to resolve "})
             if (has(line, mark)) return std::optional(word_after(line, mark));
           return when(has(line, "Temporary failure in name resolution") || has(line, "Name or service not known") ||
                           has(line, "Temporary failure resolving"),
                       has(line, "Temporary failure resolving ") ? word_after(line, "Temporary failure resolving ")
                                                                 : "the name");
         },
         "The name {} could not be resolved.", "이름 {}을(를) 찾을 수 없습니다.",
         "Check the spelling; from a private subnet, that the VPC has DNS on and the way out (NAT gateway) is there: "
         "hanbat explain packet FROM internet:443",
         "철자를 확인하고, 프라이빗 서브넷이면 VPC의 DNS와 나가는 길(NAT 게이트웨이)을 확인하십시오: hanbat explain "
         "packet FROM internet:443"},
    Kind{"CONNECTION_TIMED_OUT",
         [](std::string_view line) {
           return when(has(line, "Connection timed out") || has(line, "Operation timed out") ||
                           has(line, "ETIMEDOUT") || has(line, "Connect timeout on endpoint URL") ||
                           has(line, "Resolving timed out") || has(line, "Network is unreachable") ||
                           has(line, "No route to host"),
                       std::string(trim(line)));
         },
         "No answer came over the network: {}.", "네트워크에서 응답이 없었습니다: {}.",
         "Routes, security groups and network ACLs decide that; ask the path: hanbat explain packet FROM TO:PORT",
         "라우트, 보안 그룹, 네트워크 ACL이 결정합니다. 경로를 물어보십시오: hanbat explain packet FROM TO:PORT"},
    Kind{"CONNECTION_REFUSED",
         [](std::string_view line) {
           return when(has(line, "Connection refused") || has(line, "ECONNREFUSED"), std::string(trim(line)));
         },
         "The other side is there, but nothing listens on that port: {}.",
         "상대는 있으나 그 포트에서 듣는 것이 없습니다: {}.",
         "Start the service, or wait until it listens (retry a few times).",
         "서비스를 시작하거나 들을 때까지 기다리십시오(몇 번 재시도)."},
    Kind{"SERVICE_UNIT_MISSING",
         [](std::string_view line) {
           if (has(line, "Unit ") && (has(line, " not found") || has(line, "could not be found")))
             return std::optional(word_after(line, "Unit "));
           return when(has(line, "Failed to start ") && has(line, ".service"), word_after(line, "Failed to start "));
         },
         "systemd could not start {}: there is no such unit, or it failed.",
         "systemd가 {}을(를) 시작하지 못했습니다: 유닛이 없거나 실패했습니다.",
         "Install the unit file and run systemctl daemon-reload; `journalctl -u {}` on the instance tells the rest.",
         "유닛 파일을 설치하고 systemctl daemon-reload를 실행하십시오. 인스턴스의 `journalctl -u {}`가 나머지를 알려 "
         "줍니다."},
    Kind{"NPM_SCRIPT_MISSING",
         [](std::string_view line) {
           for (const std::string_view mark :
                {"npm ERR! missing script: ", "npm ERR! Missing script: ", "npm error Missing script: "})
             if (has(line, mark)) return std::optional(word_after(line, mark));
           return std::optional<std::string>();
         },
         "package.json has no script {}.", "package.json에 {} 스크립트가 없습니다.",
         "Add it under \"scripts\", or call another.", "\"scripts\"에 추가하거나 다른 것을 호출하십시오."},
    Kind{"PERMISSION_OF_FILE",
         [](std::string_view line) {
           if (!has(line, "Permission denied")) return std::optional<std::string>();
           return std::optional(word_before(line.substr(0, line.find("Permission denied"))));
         },
         "Permission denied on {}: the user that runs it may not, or the file is not executable.",
         "{}에 대한 권한이 없습니다: 실행하는 사용자가 할 수 없거나 파일에 실행 권한이 없습니다.",
         "git update-index --chmod=+x FILE (or chmod +x before it); for others' files `runas: root` of the hook, or "
         "sudo.",
         "git update-index --chmod=+x FILE(또는 앞에서 chmod +x). 다른 사용자의 파일이면 훅의 `runas: root`나 sudo를 "
         "쓰십시오."},
    Kind{"FILE_MISSING",
         [](std::string_view line) {
           if (has(line, "can't open file ")) return std::optional(word_after(line, "can't open file "));
           for (const std::string_view mark : {"lstat ", "COPY failed: "})
             if (has(line, mark) && (has(line, "no such file") || has(line, "not found") || has(line, "No such file")))
               return std::optional(word_after(line, mark));
           const std::size_t at = line.find(": No such file or directory");
           if (at == std::string_view::npos) {
             const std::size_t errno_at = line.find("No such file or directory: ");
             return when(errno_at != std::string_view::npos, word_after(line, "No such file or directory: "));
           }
           std::string word = word_before(line.substr(0, at));
           while (!word.empty() && (word.front() == '\'' || word.front() == '"')) word.erase(0, 1);
           while (!word.empty() && (word.back() == '\'' || word.back() == '"')) word.pop_back();
           return std::optional(word);
         },
         "There is no file {}.", "{} 파일이 없습니다.",
         "Check its name and the folder that the command runs in, and that it is in the source or the artifact "
         "(`files:`).",
         "이름과 명령이 실행되는 폴더, 그리고 소스나 아티팩트(`files:`)에 들어 있는지 확인하십시오."},
};

Finding made_of(const Kind& kind, const std::string& about) {
  Finding out;
  out.code = kind.code;
  const auto filled = [&](std::string_view text) { return replace_all(text, "{}", about); };
  out.sentence = {.en = filled(kind.en), .ko = filled(kind.ko)};
  out.remedy = {.en = filled(kind.remedy_en), .ko = filled(kind.remedy_ko)};
  return out;
}

std::optional<Recognised> recognise_line(std::string_view line, Scene scene) {
  if (const auto refusal = read_refusal(line)) return Recognised{finding_of(*refusal, ""), std::string(trim(line))};
  for (const Kind& kind : kKinds)
    if (const auto about = kind.about(line)) {
      Recognised out{made_of(kind, *about), std::string(trim(line))};
      if (kind.code == "COMMAND_NOT_FOUND" && scene == Scene::kInstance) {
        out.finding.remedy = {
            .en = "Install " + *about + " in an earlier hook (BeforeInstall, say); a new instance has nothing of it.",
            .ko = "앞선 훅(예: BeforeInstall)에서 " + *about + "을(를) 설치하십시오. 새 인스턴스에는 없습니다."};
      }
      return out;
    }
  return std::nullopt;
}

/// Lines in which a build says that it failed, which are no reason of their own.
bool is_only_talk(std::string_view line) {
  return has(line, "[Container] ") && !has(line, "Phase context status code");
}

}  // namespace

std::optional<Recognised> recognise(std::string_view output, Scene scene) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    lines.push_back(output.substr(at, end - at));
    at = end + 1;
  }
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (!is_only_talk(*line))
      if (auto found = recognise_line(*line, scene)) return found;
  return std::nullopt;
}

std::string last_lines(std::string_view text, std::size_t count) {
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n'))
    if (!trim(line).empty()) lines.push_back(line);
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return join(lines, "\n");
}

}  // namespace hanbat::explain

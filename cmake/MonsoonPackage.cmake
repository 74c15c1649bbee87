# What `cmake --install` installs, and the two Debian packages that `./dev package` makes of it.
#
# The programs lie together in lib/monsoon, because the controller looks for `agent` and
# `mock_engine` beside itself, and "controller" and "agent" are too general for everybody's PATH:
# bin/ has links with the prefix monsoon-. Nothing is enabled or started by an installation.

set(MONSOON_PROGRAM_DIR lib/monsoon)
set(MONSOON_PACKAGING ${CMAKE_SOURCE_DIR}/deploy/packaging)
set(MONSOON_PACKAGE_FILES ${CMAKE_BINARY_DIR}/package-files)  # made by package_files.sh

# monsoon_install_program(COMPONENT PROGRAM [LINK])
function(monsoon_install_program component program)
  install(TARGETS ${program} RUNTIME DESTINATION ${MONSOON_PROGRAM_DIR} COMPONENT ${component})
  if(ARGC GREATER 2)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/package-links)
    file(CREATE_LINK ../${MONSOON_PROGRAM_DIR}/${program}
         ${CMAKE_BINARY_DIR}/package-links/${ARGV2} SYMBOLIC)
    install(FILES ${CMAKE_BINARY_DIR}/package-links/${ARGV2} DESTINATION bin COMPONENT ${component})
    # Only ./dev package makes these; an installation by hand goes without.
    install(FILES ${MONSOON_PACKAGE_FILES}/${ARGV2}.1.gz DESTINATION share/man/man1
            COMPONENT ${component} OPTIONAL)
    install(FILES ${MONSOON_PACKAGE_FILES}/changelog.Debian.gz ${MONSOON_PACKAGE_FILES}/${ARGV2}/copyright
            DESTINATION share/doc/${ARGV2} COMPONENT ${component} OPTIONAL)
  endif()
endfunction()

monsoon_install_program(agent agent monsoon-agent)
install(FILES deploy/systemd/monsoon-agent.service deploy/systemd/monsoon-agent@.service
        DESTINATION lib/systemd/system COMPONENT agent)
install(FILES deploy/agent.toml DESTINATION /etc/monsoon COMPONENT agent)
# Where the unit takes certificates from; for root alone, and empty until somebody fills it.
install(DIRECTORY DESTINATION /etc/monsoon/tls COMPONENT agent
        DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
install(FILES deploy/systemd/60-monsoon-agent.conf DESTINATION share/monsoon/sysctl.d COMPONENT agent)
install(PROGRAMS deploy/certs.sh DESTINATION share/monsoon COMPONENT agent)

monsoon_install_program(controller controller monsoon-controller)
monsoon_install_program(controller mock_engine)
install(DIRECTORY configs/ DESTINATION share/doc/monsoon-controller/examples COMPONENT controller
        FILES_MATCHING PATTERN *.yaml PATTERN *.jsonl PATTERN *_sample.json
        PATTERN data/source EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME monsoon)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Monsoon maintainers <maintainers@monsoon.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL agent controller)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_AGENT_PACKAGE_NAME monsoon-agent)
set(CPACK_DEBIAN_AGENT_DESCRIPTION "load-sending host of the Monsoon LLM load tester
An agent takes the requests that a Monsoon controller plans, sends them to an
LLM inference engine and times the streamed answers, with its own delay
measured beside them.

The package has a systemd unit, which is neither enabled nor started by the
installation.")
set(CPACK_DEBIAN_AGENT_PACKAGE_RECOMMENDS "ca-certificates, openssl")
set(CPACK_DEBIAN_AGENT_PACKAGE_CONTROL_EXTRA
    "${MONSOON_PACKAGING}/conffiles;${MONSOON_PACKAGING}/agent/postinst;${MONSOON_PACKAGING}/agent/prerm;${MONSOON_PACKAGING}/agent/postrm")

set(CPACK_DEBIAN_CONTROLLER_PACKAGE_NAME monsoon-controller)
set(CPACK_DEBIAN_CONTROLLER_DESCRIPTION "distributed load tester for LLM inference engines
The controller plans the requests of a scenario, has one or many agents send
them with a common start, and merges their records into one report: time to
first token, tokens per second, and an error bound of the measurement itself.")
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_DEPENDS
    "monsoon-agent (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_RECOMMENDS ca-certificates)

include(CPack)

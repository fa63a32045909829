import java.io.File;
import org.gephi.graph.api.Column;
import org.gephi.graph.api.Edge;
import org.gephi.graph.api.Element;
import org.gephi.graph.api.Graph;
import org.gephi.graph.api.GraphController;
import org.gephi.graph.api.GraphModel;
import org.gephi.graph.api.Node;
import org.gephi.graph.api.Table;
import org.gephi.io.importer.api.Container;
import org.gephi.io.importer.api.EdgeMergeStrategy;
import org.gephi.io.importer.api.ImportController;
import org.gephi.io.processor.plugin.DefaultProcessor;
import org.gephi.project.api.ProjectController;
import org.openide.util.Lookup;

/** Opens a file as Gephi's File menu does and prints its nodes and edges: id, label, and for edges their ends. */
public class OpenInGephi {
    public static void main(String[] arguments) throws Exception {
        ProjectController projects = Lookup.getDefault().lookup(ProjectController.class);
        ImportController importer = Lookup.getDefault().lookup(ImportController.class);
        projects.newProject();
        Container container = importer.importFile(new File(arguments[0]));
        if (arguments[1].equals("apart")) {
            container.getLoader().setEdgesMergeStrategy(EdgeMergeStrategy.NO_MERGE);
        }
        importer.process(container, new DefaultProcessor(), projects.getCurrentWorkspace());
        GraphModel model = Lookup.getDefault().lookup(GraphController.class).getGraphModel();
        Graph graph = model.getGraph();
        for (Node node : graph.getNodes()) {
            line("node", node.getId(), node.getLabel(), value(node, model.getNodeTable(), "type"));
        }
        for (Edge edge : graph.getEdges()) {
            line("edge", edge.getId(), edge.getLabel(), edge.getSource().getId(), edge.getTarget().getId(),
                 value(edge, model.getEdgeTable(), "documents"));
        }
    }

    private static Object value(Element element, Table table, String title) {
        for (Column column : table) {
            if (column.getTitle().equals(title)) {
                return element.getAttribute(column);
            }
        }
        return null;
    }

    private static void line(Object... cells) {
        StringBuilder text = new StringBuilder();
        for (Object cell : cells) {
            text.append(text.length() == 0 ? "" : "\t").append(String.valueOf(cell).replaceAll("\\s", " "));
        }
        System.out.println(text);
    }
}
